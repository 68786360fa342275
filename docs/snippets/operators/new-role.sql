-- The new role acts as the old one, so that the old one goes on owning the tables.
CREATE ROLE :"new" LOGIN PASSWORD :'password' IN ROLE :"old";
ALTER ROLE :"new" SET role = :'old';
