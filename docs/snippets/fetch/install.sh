npm init -y
npm pkg set type=module
npm install --save-dev @types/node@24 tsx@4 typescript@7 vite@8
